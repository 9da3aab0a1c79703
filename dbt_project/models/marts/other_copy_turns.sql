{{ copy_turns(is_preferred=false) }}
