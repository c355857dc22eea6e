using System.Globalization;
using System.Text;
using System.Text.Json;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Legacy;

/// <summary>A JSON body read the way the original's clients need it: numbers may be text, later duplicates win, unknown names are ignored.</summary>
internal sealed class LegacyBody
{
    /// <summary>Longest body, in bytes (the original's).</summary>
    public const int MaxBytes = 65_536;

    // Nothing we take is nested deeper than a list; arbitrary beyond that.
    private const int MaxDepth = 16;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly JsonElement _root;

    private LegacyBody(JsonElement root) => _root = root;

    /// <summary>Null, empty, zero or false: what some routes answer with 403.</summary>
    public bool IsNothing => _root.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => _root.GetArrayLength() == 0,
        JsonValueKind.Object => !_root.EnumerateObject().Any(),
        JsonValueKind.String => _root.ValueEquals(""),
        JsonValueKind.Number => _root.TryGetDouble(out var number) && number == 0,
        _ => false,
    };

    public static async Task<LegacyBody> ReadAsync(HttpContext http) => Parse(await ReadBytesAsync(http));

    /// <summary>The bytes, at most <see cref="MaxBytes"/>.</summary>
    public static async Task<byte[]> ReadBytesAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBytes)
        {
            throw Fault.TooLarge();
        }

        var buffer = new byte[MaxBytes + 1];
        var length = 0;
        int read;
        while (length < buffer.Length && (read = await http.Request.Body.ReadAsync(buffer.AsMemory(length), http.RequestAborted)) > 0)
        {
            length += read;
        }

        return length <= MaxBytes ? buffer[..length] : throw Fault.TooLarge();
    }

    public static LegacyBody Parse(byte[] bytes)
    {
        try
        {
            ReadOnlyMemory<byte> text = bytes;
            text = text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;
            Strict.GetCharCount(text.Span);
            RefuseHalfCharacters(text.Span);
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return new LegacyBody(document.RootElement.Clone());
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            throw Fault.BadRequest("The body is not JSON.");
        }
    }

    /// <summary>An escape may be half a surrogate pair, of which no string can be made: the parser would only find out when somebody asks for a name.</summary>
    /// <exception cref="InvalidOperationException">One is.</exception>
    private static void RefuseHalfCharacters(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }

    /// <summary>This body as an object; 400 for anything else, 403 for nothing where the route wants that.</summary>
    public LegacyBody AsObject(bool nothingIsForbidden = false)
    {
        if (nothingIsForbidden && IsNothing)
        {
            throw Fault.Forbidden();
        }

        return _root.ValueKind == JsonValueKind.Object ? this : throw Fault.BadRequest("The body is not an object.");
    }

    public bool Has(string name) => _root.TryGetProperty(name, out _);

    public bool HasAll(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!Has(name))
            {
                return false;
            }
        }

        return true;
    }

    public bool IsNull(string name) => _root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>Text or null; numbers are taken as their text.</summary>
    public string? Text(string name)
    {
        if (!_root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => StringOf(name, value),
            JsonValueKind.Number => value.GetRawText(),
            _ => throw Fault.Invalid(name, "is no text"),
        };
    }

    /// <summary>As <see cref="Text"/>, but null when absent and empty when null: what clears a field.</summary>
    public string? Clearing(string name) => Has(name) ? Text(name) ?? "" : null;

    /// <summary>A whole number or null when absent; decimals are cut off, text is read.</summary>
    public long? Long(string name)
    {
        if (!_root.TryGetProperty(name, out var value))
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => StringOf(name, value).Trim(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            _ => throw Fault.Invalid(name, "is no number"),
        };
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        return value.ValueKind == JsonValueKind.Number && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 9.2e18 ? (long)number : throw Fault.Invalid(name, "is no number we can hold");
    }

    public int? Int(string name) => Long(name) is not { } value ? null : value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Fault.Invalid(name, "is out of range");

    /// <summary>A boolean, or 0 or 1.</summary>
    public bool? Flag(string name)
    {
        if (!_root.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when value.TryGetInt32(out var number) && number is 0 or 1 => number == 1,
            _ => throw Fault.Invalid(name, "is neither true nor false"),
        };
    }

    public List<string>? Strings(string name)
    {
        if (!_root.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Array ? throw Fault.Invalid(name, "is no list") : [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? StringOf(name, item) : throw Fault.Invalid(name, "is no list of texts"))];
    }

    private static string StringOf(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair.
            throw Fault.Invalid(name, "holds half a character");
        }
    }
}
