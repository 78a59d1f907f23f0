extern int nt_stub_core_stun;
