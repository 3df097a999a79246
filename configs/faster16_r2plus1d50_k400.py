_base_ = 'faster/faster16_r2d-26-r2plus1d-50_8xb8-16x1x16-1to7-10e_kinetics400-rgb.py'
