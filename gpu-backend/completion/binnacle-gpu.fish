# SPDX-License-Identifier: MIT
# Completion of binnacle-gpu for fish.

complete -c binnacle-gpu -f
complete -c binnacle-gpu -l socket-path -r -F -d 'listen for the VMM at this unix socket'
complete -c binnacle-gpu -l fd -x -d 'use this inherited socket'
complete -c binnacle-gpu -l guest -x -d 'the guest'
complete -c binnacle-gpu -l display -x -a 'wayland vmm none' -d 'where scanouts are shown'
complete -c binnacle-gpu -l wayland-display -r -F -d "the compositor's socket"
complete -c binnacle-gpu -l outputs -x -a '(seq 16)' -d 'scanouts of the guest'
complete -c binnacle-gpu -l mode -x -a '1280x720@60 1280x800@60 1920x720@60 1920x1080@60 3840x2160@60' -d 'mode where the screen says none'
complete -c binnacle-gpu -l virgl -d 'do not start without 3D'
complete -c binnacle-gpu -l no-virgl -d '2D only'
complete -c binnacle-gpu -l render-node -x -a '(__fish_complete_path /dev/dri/)' -d 'the GPU to draw 3D with'
complete -c binnacle-gpu -l max-contexts -x -d '3D contexts of the guest'
complete -c binnacle-gpu -l max-memory -x -d "bytes of all the guest's resources"
complete -c binnacle-gpu -l max-resources -x -d 'resources of the guest'
complete -c binnacle-gpu -l max-backing -x -d 'memory entries of the guest'
complete -c binnacle-gpu -l print-capabilities -d 'print what management software asks'
complete -c binnacle-gpu -s v -l verbose -d 'log more'
complete -c binnacle-gpu -s h -l help -d 'print the options'
complete -c binnacle-gpu -s V -l version -d 'print the version'
