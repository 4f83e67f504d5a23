"""Each file ties some views to some controllers, one subject a file; nothing is computed here."""
