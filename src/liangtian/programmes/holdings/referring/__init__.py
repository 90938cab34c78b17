"""Referrals to other authorities (移送) and petitions (信访) about parcels and holders."""
