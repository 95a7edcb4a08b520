"""Workbooks and CSV read and written; knows no database."""
