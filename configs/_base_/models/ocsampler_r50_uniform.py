# Baseline of OCSampler Table 4: the same classifier on N = 6 evenly spread
# candidates. Nothing is skimmed.
_base_ = 'ocsampler_r50.py'

model = dict(
    skim_network=None,
    skim_head=None,
    policy=dict(_delete_=True, type='UniformPolicy', num_selected=6))
