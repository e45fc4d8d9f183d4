"""People on the line for benchmarks/voice.py: who calls, who texts, and the mobiles that receive."""
