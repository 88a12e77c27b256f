"""Workers that are killed at random moments: is anything lost, is anything done twice?"""
