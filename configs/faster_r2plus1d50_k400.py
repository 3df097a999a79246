_base_ = 'faster/faster32_r2d-26-r2plus1d-50_8xb8-32x1x8-1to1-10e_kinetics400-rgb.py'
