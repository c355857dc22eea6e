using System.Net;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;

namespace UwsgiIt.Containerd.Network;

/// <summary>Addresses and routes of devices, by the plan.</summary>
internal static class ContainerLink
{
    /// <summary>A container's device, as in the original.</summary>
    public const string Device = "uwsgi0";

    private const int NoSuchDevice = 19;

    /// <summary>True when the calling thread's namespace has the device.</summary>
    public static bool Exists(string device)
    {
        try
        {
            Link.Index(device);
            return true;
        }
        catch (LinuxException e) when (e.Errno == NoSuchDevice)
        {
            return false;
        }
    }

    /// <summary>A container's tun device: its addresses with the whole block behind them, and the way outside unless it is a dmz. In its namespace.</summary>
    public static void SetUp(AddressPlan plan, int uid, int mtu, bool isDmz)
    {
        SetUp(Device, plan, plan.V4(uid), plan.V6(uid), mtu);
        SetOutside(plan, isDmz);
    }

    /// <summary>Gives a container's device the way outside, or takes it. Nothing happens when it is so already. In its namespace.</summary>
    public static void SetOutside(AddressPlan plan, bool isDmz)
    {
        foreach (var gateway in new[] { Gateway4(plan), Gateway6(plan) })
        {
            if (isDmz)
            {
                Link.RemoveDefaultRoute(Device, gateway);
            }
            else
            {
                Link.AddDefaultRoute(Device, gateway);
            }
        }
    }

    /// <summary>The gateway's tun device. In the host's namespace.</summary>
    public static void SetUpGateway(string device, AddressPlan plan, int mtu) => SetUp(device, plan, plan.Gateway4, plan.Gateway6, mtu);

    public static IPAddress Gateway4(AddressPlan plan) => IpAddresses.FromNumber(AddressFamilies.V4, plan.Gateway4);

    public static IPAddress Gateway6(AddressPlan plan) => IpAddresses.FromNumber(AddressFamilies.V6, plan.Gateway6);

    private static void SetUp(string device, AddressPlan plan, uint v4, UInt128 v6, int mtu)
    {
        Link.SetMtu(device, mtu);
        Link.SetAddress(device, IpAddresses.FromNumber(AddressFamilies.V4, v4), plan.Block4.Length);
        Link.Up(device);
        Link.SetAddress(device, IpAddresses.FromNumber(AddressFamilies.V6, v6), plan.Block6.Length);
    }
}
