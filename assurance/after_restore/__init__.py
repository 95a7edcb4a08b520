"""After the database was put back: what may have been said already is held until the QA lead decides."""
