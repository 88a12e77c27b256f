"""The version of the distribution, read by the build; kept apart so that reading it imports nothing."""

VERSION = "0.1.0"
