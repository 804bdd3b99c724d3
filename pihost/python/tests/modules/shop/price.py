from .rates import VAT


def gross(net):
    return net * (100 + VAT) / 100
