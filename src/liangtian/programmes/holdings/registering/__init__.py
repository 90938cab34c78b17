"""Registration of rights to parcels (确权登记), after notice and judgement, up to the certificate."""
