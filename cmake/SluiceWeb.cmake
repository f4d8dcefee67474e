# The pages of web/ and what they need from npm, compiled into sluice_net: each file as gzip, in the generated web_assets.cpp.
# npm runs when the lock file has changed, and not otherwise; it runs no scripts of packages.
set(SLUICE_WEB_PACKAGES "" CACHE PATH "A node_modules that npm has made from web/package-lock.json already; npm is not run then")
find_program(SLUICE_GZIP gzip REQUIRED)

set(web_source ${CMAKE_SOURCE_DIR}/web)
set(web_build ${CMAKE_BINARY_DIR}/web)
set(web_packages ${web_source}/package.json ${web_source}/package-lock.json ${web_source}/.npmrc)
set(web_files player.html player.css player.js player-controls.js player-figures.js status.html status.css status.js
    status-pictures.js)
list(TRANSFORM web_files PREPEND ${web_source}/)
list(APPEND web_files ${web_build}/hls.min.js ${web_build}/hls.js-license.txt)

if(SLUICE_WEB_PACKAGES)
  set(web_modules ${SLUICE_WEB_PACKAGES})
  set(web_install "")
else()
  find_program(SLUICE_NPM npm REQUIRED)
  set(web_modules ${web_build}/node_modules)
  set(web_install COMMAND ${CMAKE_COMMAND} -E chdir ${web_build} ${SLUICE_NPM} ci --silent)
endif()
add_custom_command(
  OUTPUT ${web_build}/installed
  BYPRODUCTS ${web_build}/hls.min.js ${web_build}/hls.js-license.txt
  COMMAND ${CMAKE_COMMAND} -E copy ${web_packages} ${web_build}
  ${web_install}
  COMMAND ${CMAKE_COMMAND} -E copy ${web_modules}/hls.js/dist/hls.min.js ${web_build}/hls.min.js
  COMMAND ${CMAKE_COMMAND} -E copy ${web_modules}/hls.js/LICENSE ${web_build}/hls.js-license.txt
  COMMAND ${CMAKE_COMMAND} -E touch ${web_build}/installed
  DEPENDS ${web_packages}
  COMMENT "Installing what the web pages need"
  VERBATIM)
add_custom_command(
  OUTPUT ${web_build}/web_assets.cpp
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${web_build}/web_assets.cpp -DGZIP=${SLUICE_GZIP} "-DFILES=${web_files}"
          -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
  DEPENDS ${web_build}/installed ${web_files} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
  COMMENT "Embedding the web pages"
  VERBATIM)
target_sources(sluice_net PRIVATE ${web_build}/web_assets.cpp)
target_include_directories(sluice_net PRIVATE ${CMAKE_SOURCE_DIR}/src/net)
