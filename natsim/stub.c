extern int nt_stub_natsim;
