_base_ = 'scsampler/scsampler_r18-mc3-r18_8xb8-16x1-15e_sports1m-rgb.py'
