"""The holder's file as one PDF (一户一档)."""
