{#-
    The address that opens a copy at a second: a video on YouTube with its `t` parameter, any other address with a media
    fragment (W3C Media Fragments, `#t=83`) in place of a fragment of its own. NULL where address or time is unknown.
    Arguments: expressions for the address, the YouTube video id and the seconds of the copy that owns the clock.
-#}
{%- macro url_at_time(url, video_id, seconds) -%}
    case
        when {{ video_id }} is not null
            then 'https://www.youtube.com/watch?v=' || {{ video_id }} || '&t=' || floor({{ seconds }})::bigint || 's'
        else regexp_replace({{ url }}, '#.*$', '') || '#t=' || floor({{ seconds }})::bigint
    end
{%- endmacro -%}
