"""W3C Speech Recognition Grammar Specification 1.0: reader of both forms, matcher, writer, analysis."""
