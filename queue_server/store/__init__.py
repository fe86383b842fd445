"""Every query there is. Rows come out as domain values or plain tuples; statements are built once."""
