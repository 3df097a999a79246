# SCSampler Table 7: convex-list; it tests the same checkpoint.
_base_ = 'scsampler_r18-mc3-r18_8xb8-16x1-15e_minisports-rgb.py'

model = dict(policy=dict(_delete_=True, type='AVConvexList', alpha=0.8))
