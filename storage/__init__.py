"""What we remember: tables, migrations, queries, the outbox and the history."""
