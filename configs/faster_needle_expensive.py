_base_ = 'faster/faster-expensive_r2d-14-w8-r3d-17-w8_1xb32-8x1x12-1to0-10e_needle-order-free-rgb.py'
