_base_ = 'scsampler_r8-w16-r18-w16_1xb8-4x4-12e_needle-long-rgb.py'

model = dict(policy=dict(_delete_=True, type='RandomClips'))
