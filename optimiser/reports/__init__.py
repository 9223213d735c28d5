"""What people read: page, workbook, charts, message catalogues."""
