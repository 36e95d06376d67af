"""What people read: tables, figures, listings, documents. Shows what was computed; never computes a verdict."""
