using System.Globalization;
using System.Text;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Control;

/// <summary>The terminals of sessions in this container. They are opened as the customer, and one that does not take the text at once goes without.</summary>
internal static class OpenTerminals
{
    private const string Terminals = "/dev/pts";

    public static void Write(string sentence, SupervisorSettings settings)
    {
        var line = Encoding.UTF8.GetBytes($"\r\n*** {new string([.. sentence.Select(static letter => char.IsControl(letter) ? '?' : letter)])}\r\n");
        try
        {
            using var directory = SafeDirectory.OpenTrusted(Terminals);
            using var customer = ActingAs.User(settings.Uid, settings.Gid);
            foreach (var name in Directory.EnumerateFiles(Terminals).Select(static path => Path.GetFileName(path)).Where(static name => uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                TryWrite(directory, name, line);
            }
        }
        catch (IOException)
        {
            // Outside a container there are none of ours.
        }
    }

    private static void TryWrite(SafeDirectory directory, string name, byte[] line)
    {
        try
        {
            using var terminal = directory.OpenTerminal(name);
            _ = Pipes.Write(terminal, line);
        }
        catch (LinuxException)
        {
            // It was closed meanwhile.
        }
    }
}
