using System.Globalization;

namespace UwsgiIt.Emperor.Programs;

/// <summary>Signals by number or name, with or without SIG.</summary>
internal static class SignalNames
{
    private const int Highest = 64;

    public static bool TryRead(string text, out int signal)
    {
        var name = text.StartsWith("SIG", StringComparison.Ordinal) ? text[3..] : text;
        signal = name switch
        {
            "HUP" => 1,
            "INT" => 2,
            "QUIT" => 3,
            "KILL" => 9,
            "USR1" => 10,
            "USR2" => 12,
            "TERM" => 15,
            "CONT" => 18,
            "WINCH" => 28,
            _ => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Highest ? number : 0,
        };
        return signal > 0;
    }
}
