# Completion of natsim's command line in bash. What may follow only the program knows: it is asked.
_natsim() {
    mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _natsim natsim
