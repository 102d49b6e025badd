// The modest set of emoji that the page knows by Slack's short names; any other name stays as it was written.

const GROUPS = {
  state: `white_check_mark:✅ heavy_check_mark:✔️ ballot_box_with_check:☑️ x:❌ heavy_multiplication_x:✖️ negative_squared_cross_mark:❎
    warning:⚠️ no_entry:⛔ no_entry_sign:🚫 octagonal_sign:🛑 stop_sign:🛑 exclamation:❗ heavy_exclamation_mark:❗ question:❓ grey_question:❔ bangbang:‼️
    hourglass:⌛ hourglass_flowing_sand:⏳ stopwatch:⏱️ timer_clock:⏲️ alarm_clock:⏰ watch:⌚ clock1:🕐 clock3:🕒 clock9:🕘 calendar:📆 date:📅
    information_source:ℹ️ sos:🆘 new:🆕 ok:🆗 up:🆙 free:🆓 cool:🆒 recycle:♻️ construction:🚧 rotating_light:🚨 traffic_light:🚥 vertical_traffic_light:🚦`,
  circles: `red_circle:🔴 large_orange_circle:🟠 large_yellow_circle:🟡 large_green_circle:🟢 large_blue_circle:🔵 blue_circle:🔵 large_purple_circle:🟣
    large_brown_circle:🟤 black_circle:⚫ white_circle:⚪ radio_button:🔘 large_red_square:🟥 large_orange_square:🟧 large_yellow_square:🟨 large_green_square:🟩
    large_blue_square:🟦 large_purple_square:🟪 black_large_square:⬛ white_large_square:⬜ large_blue_diamond:🔷 large_orange_diamond:🔶 small_blue_diamond:🔹
    small_orange_diamond:🔸 small_red_triangle:🔺 small_red_triangle_down:🔻 diamond_shape_with_a_dot_inside:💠`,
  arrows: `arrow_up:⬆️ arrow_down:⬇️ arrow_left:⬅️ arrow_right:➡️ arrow_upper_right:↗️ arrow_lower_right:↘️ leftwards_arrow_with_hook:↩️ arrow_right_hook:↪️
    arrow_forward:▶️ arrow_backward:◀️ fast_forward:⏩ rewind:⏪ black_square_for_stop:⏹️ double_vertical_bar:⏸️ pause_button:⏸️ black_right_pointing_double_triangle_with_vertical_bar:⏭️
    next_track_button:⏭️ repeat:🔁 arrows_counterclockwise:🔄 arrows_clockwise:🔃 twisted_rightwards_arrows:🔀 heavy_plus_sign:➕ heavy_minus_sign:➖ heavy_division_sign:➗`,
  things: `bell:🔔 no_bell:🔕 rocket:🚀 package:📦 wrench:🔧 hammer:🔨 hammer_and_wrench:🛠️ gear:⚙️ nut_and_bolt:🔩 wastebasket:🗑️ broom:🧹 lock:🔒 unlock:🔓
    closed_lock_with_key:🔐 key:🔑 shield:🛡️ link:🔗 paperclip:📎 pushpin:📌 round_pushpin:📍 memo:📝 pencil:📝 pencil2:✏️ clipboard:📋 page_facing_up:📄 scroll:📜
    bookmark_tabs:📑 file_folder:📁 open_file_folder:📂 card_index_dividers:🗂️ books:📚 book:📖 bar_chart:📊 chart_with_upwards_trend:📈 chart_with_downwards_trend:📉
    mag:🔍 mag_right:🔎 bulb:💡 fire:🔥 boom:💥 zap:⚡ snowflake:❄️ ice_cube:🧊 cloud:☁️ sunny:☀️ umbrella:☔ earth_americas:🌎 globe_with_meridians:🌐
    computer:💻 desktop_computer:🖥️ floppy_disk:💾 satellite:🛰️ telescope:🔭 microscope:🔬 battery:🔋 electric_plug:🔌 inbox_tray:📥 outbox_tray:📤 mailbox:📫 email:📧
    speech_balloon:💬 thought_balloon:💭 loudspeaker:📢 mega:📣 label:🏷️ money_with_wings:💸 moneybag:💰 credit_card:💳 ticket:🎫 checkered_flag:🏁 triangular_flag_on_post:🚩
    building_construction:🏗️ classical_building:🏛️ factory:🏭 house:🏠 anchor:⚓ ship:🚢 airplane:✈️ bug:🐛 seedling:🌱 herb:🌿 deciduous_tree:🌳 coffee:☕ gift:🎁 dart:🎯 test_tube:🧪`,
  people: `+1:👍 thumbsup:👍 -1:👎 thumbsdown:👎 ok_hand:👌 wave:👋 raised_hands:🙌 clap:👏 pray:🙏 muscle:💪 point_right:👉 point_left:👈 point_up:☝️ point_down:👇 raised_hand:✋
    hand:✋ handshake:🤝 eyes:👀 brain:🧠 bust_in_silhouette:👤 busts_in_silhouette:👥 robot_face:🤖 ghost:👻 tada:🎉 confetti_ball:🎊 sparkles:✨ star:⭐ star2:🌟 trophy:🏆
    medal:🏅 crown:👑 heart:❤️ green_heart:💚 blue_heart:💙 100:💯 smile:😄 grinning:😀 slightly_smiling_face:🙂 wink:😉 joy:😂 thinking_face:🤔 sweat_smile:😅 sob:😭
    cry:😢 scream:😱 exploding_head:🤯 face_with_monocle:🧐 sleeping:😴 zzz:💤 sunglasses:😎 nerd_face:🤓 unamused:😒 neutral_face:😐 confused:😕 worried:😟 partying_face:🥳
    see_no_evil:🙈 hear_no_evil:🙉 speak_no_evil:🙊 turtle:🐢 snail:🐌 owl:🦉`,
};

const SIGNS = new Map();
for (const group of Object.values(GROUPS)) {
  for (const word of group.split(/\s+/)) {
    const cut = word.lastIndexOf(":");
    SIGNS.set(word.slice(0, cut), word.slice(cut + 1));
  }
}

export const EMOJI = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/g;

/** The sign for a short name, or null. `unicode` is a rich_text emoji's own code points, such as "1f44d-1f3fc". */
export function sign(name, unicode) {
  if (SIGNS.has(name)) return SIGNS.get(name);
  if (!/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(unicode ?? "")) return null;
  const points = unicode.split("-").map((point) => Number.parseInt(point, 16));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : null;
}

export const withEmoji = (text) => String(text).replace(EMOJI, (whole, name) => SIGNS.get(name) ?? whole);
