"""What people type about reviews: interests, reasons, scores, a recommendation."""
