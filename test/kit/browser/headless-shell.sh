#!/bin/sh
# Chromium with the libraries that were carried with it, where the machine has none of its own.
here=$(dirname "$(readlink -f "$0")")
libraries=$here/lib
missing=''
for name in libstdc++.so.6 libgcc_s.so.1; do
  ldconfig -p | grep -q "$name" || missing=yes
done
[ -z "$missing" ] || libraries=$libraries:$here/if-missing
nvidia=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}" ] && [ -f "$nvidia" ] && ! ls /usr/share/vulkan/icd.d/*nvidia* /etc/vulkan/icd.d/*nvidia* >/dev/null 2>&1; then
  export VK_DRIVER_FILES=$nvidia
fi
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium-headless-shell" "$@"
