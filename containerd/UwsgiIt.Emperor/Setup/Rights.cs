using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>Giving up root, in the one order that works: each step needs a right that a later one takes away.</summary>
internal static class Rights
{
    /// <summary>Pid 1: a uid of its own, and what it takes to start and stop the customer's processes. Files are opened as the customer.</summary>
    public static void BecomePidOne(StartDescription description)
    {
        GiveUp(description.Is32Bit, description.InitUid, description.InitUid, Capability.Kill, Capability.SetGroupId, Capability.SetUserId);
        ThreadCredentials.UseFilesAs(description.Uid, description.Uid);
        ThreadCredentials.SetUndumpable();
    }

    /// <summary>A stage that only waits: no rights at all.</summary>
    public static void BecomeCustomer(uint uid, bool is32Bit) => GiveUp(is32Bit, uid, uid);

    private static void GiveUp(bool is32Bit, uint userId, uint groupId, params ReadOnlySpan<Capability> keep)
    {
        // The bounding set needs CAP_SETPCAP, so it goes first; what is left of root's capabilities would vanish with the uid.
        ThreadCredentials.DropBounding();
        ThreadCredentials.KeepCapabilities(true);

        // The other threads of this process follow: they hold nothing and keep nothing.
        ProcessCredentials.Become(userId, groupId);
        ThreadCredentials.SetCapabilities(keep);
        ThreadCredentials.KeepCapabilities(false);
        ThreadCredentials.SetNoNewPrivileges();
        SeccompFilter.Install(is32Bit);
    }
}
