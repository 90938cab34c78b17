"""A scripted campaign on one county's farmland, from the survey's files to the reports, through public addresses."""
