_base_ = 'scsampler/scsampler_r8-w16-r18-w16-uniform_1xb8-4x4-12e_needle-long-rgb.py'
