using System.Text;
using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Programs;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>Decides what kind of vassal a file describes: a plain program's ini, or anything else, which is for uWSGI to read.</summary>
internal sealed class VassalFactory(VassalContext context, Announcer announcer)
{
    public Vassal Create(VassalFile file, IVassalWatcher watcher) =>
        IsProgram(file) ? new ProgramVassal(file, context, watcher, announcer) : new UwsgiVassal(file, context, watcher);

    /// <summary>True while the file describes the kind of vassal that this one is.</summary>
    public bool IsStill(Vassal vassal, VassalFile file) => vassal is ProgramVassal == IsProgram(file);

    /// <summary>The program of a file; null when it cannot be read or is none.</summary>
    public static ProgramDefinition? ReadProgram(VassalContext context, VassalFile file, out List<string> faults)
    {
        faults = [];
        var entries = ReadEntries(context, file);
        return entries is not null && ProgramReader.IsProgram(entries) ? ProgramReader.Read(entries, out faults) : null;
    }

    private static List<IniEntry>? ReadEntries(VassalContext context, VassalFile file)
    {
        if (VassalFile.OptionOf(file.Name) != "--ini")
        {
            return null;
        }

        using var customer = ActingAs.User(context.Settings.Uid, context.Settings.Gid);
        return CustomerFile.TryRead(Path.Combine(context.Settings.VassalDirectory, file.Name), IniText.MaxBytes, out var content) ? IniText.Read(Encoding.UTF8.GetString(content)) : null;
    }

    private bool IsProgram(VassalFile file) => ReadEntries(context, file) is { } entries && ProgramReader.IsProgram(entries);
}
