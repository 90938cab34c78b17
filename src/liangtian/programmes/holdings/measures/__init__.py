"""Measures on arrears (欠费措施): reminders, dunning letters, stopping water and power."""
