"""The Teams app package: manifest, icons, zip."""
