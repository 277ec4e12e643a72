#!/usr/bin/env bash
# The smallest target: a script that hands out page frames of the first descriptor from its end down, and frees none. It shows
# the protocol, and violates free.owner at once.
read -r greeting
[ "$greeting" = 'frameproof 1' ] || exit 1
printf 'target 1\nprofile {"calls": ["alloc", "free", "totalAmount", "freeAmount", "reservedAmount"], "failures": []}\nready\n'
while read -r word a b c; do
    case $word in
    config) base=$((a)) limit=$((b / 4096)) ;;
    map) [ -n "$total" ] || { total=$((c)) first=$((b / 4096)); } ;;
    init) left=$total && echo "done ? $total $left $((total - left))" ;;
    alloc)
        if [ "$left" -gt 0 ] && [ $((first + left - 1)) -ge "$limit" ]; then
            left=$((left - 1))
            printf 'address 0x%x ? %d %d %d\n' $((base + (first + left) * 4096)) "$total" "$left" $((total - left))
        else
            echo "failed ? $total $left $((total - left))"
        fi
        ;;
    free) echo "done ? $total $left $((total - left))" ;;
    end) echo end && total='' ;;
    esac
done
