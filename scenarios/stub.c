extern int nt_stub_scenarios;
