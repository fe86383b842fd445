@echo off
rem A board or kiosk on Windows. Put a shortcut to this file into the folder that "shell:startup" opens
rem (Windows key + R, shell:startup). Change the address. For a kiosk that prints add --kiosk-printing.
set ADDRESS=http://192.168.1.20:8080/display/kantor-saya/tv-1
set BROWSER=%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe
if not exist "%BROWSER%" set BROWSER=%ProgramFiles%\Google\Chrome\Application\chrome.exe
powercfg /change monitor-timeout-ac 0
powercfg /change standby-timeout-ac 0
:again
"%BROWSER%" --kiosk %ADDRESS% --edge-kiosk-type=fullscreen --user-data-dir="%LOCALAPPDATA%\queue-screen" ^
  --autoplay-policy=no-user-gesture-required --no-first-run --noerrdialogs --disable-session-crashed-bubble
timeout /t 3 /nobreak >nul
goto again
