"""What every use-case may answer or need: refusals, who decided first, the final grade, who is courier."""
