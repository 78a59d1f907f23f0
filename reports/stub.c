extern int nt_stub_reports;
