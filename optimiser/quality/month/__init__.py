"""The month's end: figures by municipality, area and region between snapshots, small ones held back."""
