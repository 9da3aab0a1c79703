{{ copy_turns(is_preferred=true) }}
