extern int nt_stub_pcap;
