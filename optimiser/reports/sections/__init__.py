"""Parts of the report page: figures into sentences, tables and pictures."""
