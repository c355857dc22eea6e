using UwsgiIt.Emperor.Supervision;

namespace UwsgiIt.Emperor.Vassals;

/// <summary>Decides what kind of vassal a file describes.</summary>
internal static class VassalFactory
{
    public static Vassal Create(VassalFile file, VassalContext context, IVassalWatcher watcher) => new UwsgiVassal(file, context, watcher);
}
