/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const bep = $root.bep = (() => {

    /**
     * Namespace bep.
     * @exports bep
     * @namespace
     */
    const bep = {};

    bep.Hello = (function() {

        /**
         * Properties of a Hello.
         * @typedef {Object} bep.Hello.$Properties
         * @property {string|null} [deviceName] Hello deviceName
         * @property {string|null} [clientName] Hello clientName
         * @property {string|null} [clientVersion] Hello clientVersion
         * @property {number|null} [numConnections] Hello numConnections
         * @property {Long|null} [timestamp] Hello timestamp
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Hello.
         * @memberof bep
         * @interface IHello
         * @augments bep.Hello.$Properties
         * @deprecated Use bep.Hello.$Properties instead.
         */

        /**
         * Shape of a Hello.
         * @typedef {bep.Hello.$Properties} bep.Hello.$Shape
         */

        /**
         * Constructs a new Hello.
         * @memberof bep
         * @classdesc Represents a Hello.
         * @constructor
         * @param {bep.Hello.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Hello = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Hello deviceName.
         * @member {string} deviceName
         * @memberof bep.Hello
         * @instance
         */
        Hello.prototype.deviceName = "";

        /**
         * Hello clientName.
         * @member {string} clientName
         * @memberof bep.Hello
         * @instance
         */
        Hello.prototype.clientName = "";

        /**
         * Hello clientVersion.
         * @member {string} clientVersion
         * @memberof bep.Hello
         * @instance
         */
        Hello.prototype.clientVersion = "";

        /**
         * Hello numConnections.
         * @member {number} numConnections
         * @memberof bep.Hello
         * @instance
         */
        Hello.prototype.numConnections = 0;

        /**
         * Hello timestamp.
         * @member {Long} timestamp
         * @memberof bep.Hello
         * @instance
         */
        Hello.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Creates a new Hello instance using the specified properties.
         * @function create
         * @memberof bep.Hello
         * @static
         * @param {bep.Hello.$Properties=} [properties] Properties to set
         * @returns {bep.Hello} Hello instance
         * @type {{
         *   (properties: bep.Hello.$Shape): bep.Hello & bep.Hello.$Shape;
         *   (properties?: bep.Hello.$Properties): bep.Hello;
         * }}
         */
        Hello.create = function(properties) {
            return new Hello(properties);
        };

        /**
         * Encodes the specified Hello message. Does not implicitly {@link bep.Hello.verify|verify} messages.
         * @function encode
         * @memberof bep.Hello
         * @static
         * @param {bep.Hello.$Properties} message Hello message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Hello.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.deviceName != null && $Object.hasOwnProperty.call(message, "deviceName") && message.deviceName !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.deviceName);
            if (message.clientName != null && $Object.hasOwnProperty.call(message, "clientName") && message.clientName !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.clientName);
            if (message.clientVersion != null && $Object.hasOwnProperty.call(message, "clientVersion") && message.clientVersion !== "")
                writer.uint32(/* id 3, wireType 2 =*/26).string(message.clientVersion);
            if (message.numConnections != null && $Object.hasOwnProperty.call(message, "numConnections") && message.numConnections !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).int32(message.numConnections);
            if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).int64(message.timestamp);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Hello message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Hello
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Hello & bep.Hello.$Shape} Hello
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Hello.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Hello();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deviceName = value;
                        else
                            delete message.deviceName;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.clientName = value;
                        else
                            delete message.clientName;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.clientVersion = value;
                        else
                            delete message.clientVersion;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.numConnections = value;
                        else
                            delete message.numConnections;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.timestamp = value;
                        else
                            delete message.timestamp;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Hello;
    })();

    bep.Header = (function() {

        /**
         * Properties of a Header.
         * @typedef {Object} bep.Header.$Properties
         * @property {number|null} [type] Header type
         * @property {number|null} [compression] Header compression
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Header.
         * @memberof bep
         * @interface IHeader
         * @augments bep.Header.$Properties
         * @deprecated Use bep.Header.$Properties instead.
         */

        /**
         * Shape of a Header.
         * @typedef {bep.Header.$Properties} bep.Header.$Shape
         */

        /**
         * Constructs a new Header.
         * @memberof bep
         * @classdesc Represents a Header.
         * @constructor
         * @param {bep.Header.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Header = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Header type.
         * @member {number} type
         * @memberof bep.Header
         * @instance
         */
        Header.prototype.type = 0;

        /**
         * Header compression.
         * @member {number} compression
         * @memberof bep.Header
         * @instance
         */
        Header.prototype.compression = 0;

        /**
         * Creates a new Header instance using the specified properties.
         * @function create
         * @memberof bep.Header
         * @static
         * @param {bep.Header.$Properties=} [properties] Properties to set
         * @returns {bep.Header} Header instance
         * @type {{
         *   (properties: bep.Header.$Shape): bep.Header & bep.Header.$Shape;
         *   (properties?: bep.Header.$Properties): bep.Header;
         * }}
         */
        Header.create = function(properties) {
            return new Header(properties);
        };

        /**
         * Encodes the specified Header message. Does not implicitly {@link bep.Header.verify|verify} messages.
         * @function encode
         * @memberof bep.Header
         * @static
         * @param {bep.Header.$Properties} message Header message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Header.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.type);
            if (message.compression != null && $Object.hasOwnProperty.call(message, "compression") && message.compression !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).int32(message.compression);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Header message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Header
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Header & bep.Header.$Shape} Header
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Header.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Header();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.compression = value;
                        else
                            delete message.compression;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Header;
    })();

    /**
     * MessageType enum.
     * @name bep.MessageType
     * @enum {number}
     * @property {number} CLUSTER_CONFIG=0 CLUSTER_CONFIG value
     * @property {number} INDEX=1 INDEX value
     * @property {number} INDEX_UPDATE=2 INDEX_UPDATE value
     * @property {number} REQUEST=3 REQUEST value
     * @property {number} RESPONSE=4 RESPONSE value
     * @property {number} DOWNLOAD_PROGRESS=5 DOWNLOAD_PROGRESS value
     * @property {number} PING=6 PING value
     * @property {number} CLOSE=7 CLOSE value
     */
    bep.MessageType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "CLUSTER_CONFIG"] = 0;
        values[valuesById[1] = "INDEX"] = 1;
        values[valuesById[2] = "INDEX_UPDATE"] = 2;
        values[valuesById[3] = "REQUEST"] = 3;
        values[valuesById[4] = "RESPONSE"] = 4;
        values[valuesById[5] = "DOWNLOAD_PROGRESS"] = 5;
        values[valuesById[6] = "PING"] = 6;
        values[valuesById[7] = "CLOSE"] = 7;
        return values;
    })();

    bep.ClusterConfig = (function() {

        /**
         * Properties of a ClusterConfig.
         * @typedef {Object} bep.ClusterConfig.$Properties
         * @property {Array.<bep.Folder.$Properties>|null} [folders] ClusterConfig folders
         * @property {boolean|null} [secondary] ClusterConfig secondary
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a ClusterConfig.
         * @memberof bep
         * @interface IClusterConfig
         * @augments bep.ClusterConfig.$Properties
         * @deprecated Use bep.ClusterConfig.$Properties instead.
         */

        /**
         * Shape of a ClusterConfig.
         * @typedef {bep.ClusterConfig.$Properties} bep.ClusterConfig.$Shape
         */

        /**
         * Constructs a new ClusterConfig.
         * @memberof bep
         * @classdesc Represents a ClusterConfig.
         * @constructor
         * @param {bep.ClusterConfig.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const ClusterConfig = function (properties) {
            this.folders = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * ClusterConfig folders.
         * @member {Array.<bep.Folder.$Properties>} folders
         * @memberof bep.ClusterConfig
         * @instance
         */
        ClusterConfig.prototype.folders = $util.emptyArray;

        /**
         * ClusterConfig secondary.
         * @member {boolean} secondary
         * @memberof bep.ClusterConfig
         * @instance
         */
        ClusterConfig.prototype.secondary = false;

        /**
         * Creates a new ClusterConfig instance using the specified properties.
         * @function create
         * @memberof bep.ClusterConfig
         * @static
         * @param {bep.ClusterConfig.$Properties=} [properties] Properties to set
         * @returns {bep.ClusterConfig} ClusterConfig instance
         * @type {{
         *   (properties: bep.ClusterConfig.$Shape): bep.ClusterConfig & bep.ClusterConfig.$Shape;
         *   (properties?: bep.ClusterConfig.$Properties): bep.ClusterConfig;
         * }}
         */
        ClusterConfig.create = function(properties) {
            return new ClusterConfig(properties);
        };

        /**
         * Encodes the specified ClusterConfig message. Does not implicitly {@link bep.ClusterConfig.verify|verify} messages.
         * @function encode
         * @memberof bep.ClusterConfig
         * @static
         * @param {bep.ClusterConfig.$Properties} message ClusterConfig message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        ClusterConfig.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.folders != null && message.folders.length)
                for (let i = 0; i < message.folders.length; ++i)
                    $root.bep.Folder.encode(message.folders[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.secondary != null && $Object.hasOwnProperty.call(message, "secondary") && message.secondary !== false)
                writer.uint32(/* id 2, wireType 0 =*/16).bool(message.secondary);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a ClusterConfig message from the specified reader or buffer.
         * @function decode
         * @memberof bep.ClusterConfig
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.ClusterConfig & bep.ClusterConfig.$Shape} ClusterConfig
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        ClusterConfig.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.ClusterConfig();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.folders && message.folders.length))
                            message.folders = [];
                        message.folders.push($root.bep.Folder.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.secondary = value;
                        else
                            delete message.secondary;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ClusterConfig;
    })();

    bep.Folder = (function() {

        /**
         * Properties of a Folder.
         * @typedef {Object} bep.Folder.$Properties
         * @property {string|null} [id] Folder id
         * @property {string|null} [label] Folder label
         * @property {number|null} [type] Folder type
         * @property {number|null} [stopReason] Folder stopReason
         * @property {Array.<bep.Device.$Properties>|null} [devices] Folder devices
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Folder.
         * @memberof bep
         * @interface IFolder
         * @augments bep.Folder.$Properties
         * @deprecated Use bep.Folder.$Properties instead.
         */

        /**
         * Shape of a Folder.
         * @typedef {bep.Folder.$Properties} bep.Folder.$Shape
         */

        /**
         * Constructs a new Folder.
         * @memberof bep
         * @classdesc Represents a Folder.
         * @constructor
         * @param {bep.Folder.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Folder = function (properties) {
            this.devices = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Folder id.
         * @member {string} id
         * @memberof bep.Folder
         * @instance
         */
        Folder.prototype.id = "";

        /**
         * Folder label.
         * @member {string} label
         * @memberof bep.Folder
         * @instance
         */
        Folder.prototype.label = "";

        /**
         * Folder type.
         * @member {number} type
         * @memberof bep.Folder
         * @instance
         */
        Folder.prototype.type = 0;

        /**
         * Folder stopReason.
         * @member {number} stopReason
         * @memberof bep.Folder
         * @instance
         */
        Folder.prototype.stopReason = 0;

        /**
         * Folder devices.
         * @member {Array.<bep.Device.$Properties>} devices
         * @memberof bep.Folder
         * @instance
         */
        Folder.prototype.devices = $util.emptyArray;

        /**
         * Creates a new Folder instance using the specified properties.
         * @function create
         * @memberof bep.Folder
         * @static
         * @param {bep.Folder.$Properties=} [properties] Properties to set
         * @returns {bep.Folder} Folder instance
         * @type {{
         *   (properties: bep.Folder.$Shape): bep.Folder & bep.Folder.$Shape;
         *   (properties?: bep.Folder.$Properties): bep.Folder;
         * }}
         */
        Folder.create = function(properties) {
            return new Folder(properties);
        };

        /**
         * Encodes the specified Folder message. Does not implicitly {@link bep.Folder.verify|verify} messages.
         * @function encode
         * @memberof bep.Folder
         * @static
         * @param {bep.Folder.$Properties} message Folder message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Folder.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.id);
            if (message.label != null && $Object.hasOwnProperty.call(message, "label") && message.label !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.label);
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).int32(message.type);
            if (message.stopReason != null && $Object.hasOwnProperty.call(message, "stopReason") && message.stopReason !== 0)
                writer.uint32(/* id 7, wireType 0 =*/56).int32(message.stopReason);
            if (message.devices != null && message.devices.length)
                for (let i = 0; i < message.devices.length; ++i)
                    $root.bep.Device.encode(message.devices[i], writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Folder message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Folder
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Folder & bep.Folder.$Shape} Folder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Folder.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Folder();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.label = value;
                        else
                            delete message.label;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.stopReason = value;
                        else
                            delete message.stopReason;
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if (!(message.devices && message.devices.length))
                            message.devices = [];
                        message.devices.push($root.bep.Device.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Folder;
    })();

    bep.Device = (function() {

        /**
         * Properties of a Device.
         * @typedef {Object} bep.Device.$Properties
         * @property {Uint8Array|null} [id] Device id
         * @property {string|null} [name] Device name
         * @property {Array.<string>|null} [addresses] Device addresses
         * @property {number|null} [compression] Device compression
         * @property {string|null} [certName] Device certName
         * @property {Long|null} [maxSequence] Device maxSequence
         * @property {boolean|null} [introducer] Device introducer
         * @property {Long|null} [indexId] Device indexId
         * @property {boolean|null} [skipIntroductionRemovals] Device skipIntroductionRemovals
         * @property {Uint8Array|null} [encryptionPasswordToken] Device encryptionPasswordToken
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Device.
         * @memberof bep
         * @interface IDevice
         * @augments bep.Device.$Properties
         * @deprecated Use bep.Device.$Properties instead.
         */

        /**
         * Shape of a Device.
         * @typedef {bep.Device.$Properties} bep.Device.$Shape
         */

        /**
         * Constructs a new Device.
         * @memberof bep
         * @classdesc Represents a Device.
         * @constructor
         * @param {bep.Device.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Device = function (properties) {
            this.addresses = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Device id.
         * @member {Uint8Array} id
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.id = $util.newBuffer([]);

        /**
         * Device name.
         * @member {string} name
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.name = "";

        /**
         * Device addresses.
         * @member {Array.<string>} addresses
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.addresses = $util.emptyArray;

        /**
         * Device compression.
         * @member {number} compression
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.compression = 0;

        /**
         * Device certName.
         * @member {string} certName
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.certName = "";

        /**
         * Device maxSequence.
         * @member {Long} maxSequence
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.maxSequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Device introducer.
         * @member {boolean} introducer
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.introducer = false;

        /**
         * Device indexId.
         * @member {Long} indexId
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.indexId = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Device skipIntroductionRemovals.
         * @member {boolean} skipIntroductionRemovals
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.skipIntroductionRemovals = false;

        /**
         * Device encryptionPasswordToken.
         * @member {Uint8Array} encryptionPasswordToken
         * @memberof bep.Device
         * @instance
         */
        Device.prototype.encryptionPasswordToken = $util.newBuffer([]);

        /**
         * Creates a new Device instance using the specified properties.
         * @function create
         * @memberof bep.Device
         * @static
         * @param {bep.Device.$Properties=} [properties] Properties to set
         * @returns {bep.Device} Device instance
         * @type {{
         *   (properties: bep.Device.$Shape): bep.Device & bep.Device.$Shape;
         *   (properties?: bep.Device.$Properties): bep.Device;
         * }}
         */
        Device.create = function(properties) {
            return new Device(properties);
        };

        /**
         * Encodes the specified Device message. Does not implicitly {@link bep.Device.verify|verify} messages.
         * @function encode
         * @memberof bep.Device
         * @static
         * @param {bep.Device.$Properties} message Device message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Device.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.id);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.name);
            if (message.addresses != null && message.addresses.length)
                for (let i = 0; i < message.addresses.length; ++i)
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.addresses[i]);
            if (message.compression != null && $Object.hasOwnProperty.call(message, "compression") && message.compression !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).int32(message.compression);
            if (message.certName != null && $Object.hasOwnProperty.call(message, "certName") && message.certName !== "")
                writer.uint32(/* id 5, wireType 2 =*/42).string(message.certName);
            if (message.maxSequence != null && $Object.hasOwnProperty.call(message, "maxSequence") && (typeof message.maxSequence === "object" ? message.maxSequence.low || message.maxSequence.high : message.maxSequence !== 0))
                writer.uint32(/* id 6, wireType 0 =*/48).int64(message.maxSequence);
            if (message.introducer != null && $Object.hasOwnProperty.call(message, "introducer") && message.introducer !== false)
                writer.uint32(/* id 7, wireType 0 =*/56).bool(message.introducer);
            if (message.indexId != null && $Object.hasOwnProperty.call(message, "indexId") && (typeof message.indexId === "object" ? message.indexId.low || message.indexId.high : message.indexId !== 0))
                writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.indexId);
            if (message.skipIntroductionRemovals != null && $Object.hasOwnProperty.call(message, "skipIntroductionRemovals") && message.skipIntroductionRemovals !== false)
                writer.uint32(/* id 9, wireType 0 =*/72).bool(message.skipIntroductionRemovals);
            if (message.encryptionPasswordToken != null && $Object.hasOwnProperty.call(message, "encryptionPasswordToken") && message.encryptionPasswordToken.length)
                writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.encryptionPasswordToken);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Device message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Device
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Device & bep.Device.$Shape} Device
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Device.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Device();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.addresses && message.addresses.length))
                            message.addresses = [];
                        message.addresses.push(reader.stringVerify());
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.compression = value;
                        else
                            delete message.compression;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.certName = value;
                        else
                            delete message.certName;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.maxSequence = value;
                        else
                            delete message.maxSequence;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.introducer = value;
                        else
                            delete message.introducer;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.indexId = value;
                        else
                            delete message.indexId;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.skipIntroductionRemovals = value;
                        else
                            delete message.skipIntroductionRemovals;
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptionPasswordToken = value;
                        else
                            delete message.encryptionPasswordToken;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Device;
    })();

    bep.Index = (function() {

        /**
         * Properties of an Index.
         * @typedef {Object} bep.Index.$Properties
         * @property {string|null} [folder] Index folder
         * @property {Array.<bep.FileInfo.$Properties>|null} [files] Index files
         * @property {Long|null} [lastSequence] Index lastSequence
         * @property {Long|null} [prevSequence] Index prevSequence
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Index.
         * @memberof bep
         * @interface IIndex
         * @augments bep.Index.$Properties
         * @deprecated Use bep.Index.$Properties instead.
         */

        /**
         * Shape of an Index.
         * @typedef {bep.Index.$Properties} bep.Index.$Shape
         */

        /**
         * Constructs a new Index.
         * @memberof bep
         * @classdesc Represents an Index.
         * @constructor
         * @param {bep.Index.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Index = function (properties) {
            this.files = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Index folder.
         * @member {string} folder
         * @memberof bep.Index
         * @instance
         */
        Index.prototype.folder = "";

        /**
         * Index files.
         * @member {Array.<bep.FileInfo.$Properties>} files
         * @memberof bep.Index
         * @instance
         */
        Index.prototype.files = $util.emptyArray;

        /**
         * Index lastSequence.
         * @member {Long} lastSequence
         * @memberof bep.Index
         * @instance
         */
        Index.prototype.lastSequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Index prevSequence.
         * @member {Long} prevSequence
         * @memberof bep.Index
         * @instance
         */
        Index.prototype.prevSequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Creates a new Index instance using the specified properties.
         * @function create
         * @memberof bep.Index
         * @static
         * @param {bep.Index.$Properties=} [properties] Properties to set
         * @returns {bep.Index} Index instance
         * @type {{
         *   (properties: bep.Index.$Shape): bep.Index & bep.Index.$Shape;
         *   (properties?: bep.Index.$Properties): bep.Index;
         * }}
         */
        Index.create = function(properties) {
            return new Index(properties);
        };

        /**
         * Encodes the specified Index message. Does not implicitly {@link bep.Index.verify|verify} messages.
         * @function encode
         * @memberof bep.Index
         * @static
         * @param {bep.Index.$Properties} message Index message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Index.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.folder != null && $Object.hasOwnProperty.call(message, "folder") && message.folder !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.folder);
            if (message.files != null && message.files.length)
                for (let i = 0; i < message.files.length; ++i)
                    $root.bep.FileInfo.encode(message.files[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.lastSequence != null && $Object.hasOwnProperty.call(message, "lastSequence") && (typeof message.lastSequence === "object" ? message.lastSequence.low || message.lastSequence.high : message.lastSequence !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).int64(message.lastSequence);
            if (message.prevSequence != null && $Object.hasOwnProperty.call(message, "prevSequence") && (typeof message.prevSequence === "object" ? message.prevSequence.low || message.prevSequence.high : message.prevSequence !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).int64(message.prevSequence);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Index message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Index
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Index & bep.Index.$Shape} Index
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Index.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Index();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.folder = value;
                        else
                            delete message.folder;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.files && message.files.length))
                            message.files = [];
                        message.files.push($root.bep.FileInfo.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastSequence = value;
                        else
                            delete message.lastSequence;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.prevSequence = value;
                        else
                            delete message.prevSequence;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Index;
    })();

    bep.IndexHead = (function() {

        /**
         * Properties of an IndexHead.
         * @typedef {Object} bep.IndexHead.$Properties
         * @property {string|null} [folder] IndexHead folder
         * @property {Long|null} [lastSequence] IndexHead lastSequence
         * @property {Long|null} [prevSequence] IndexHead prevSequence
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an IndexHead.
         * @memberof bep
         * @interface IIndexHead
         * @augments bep.IndexHead.$Properties
         * @deprecated Use bep.IndexHead.$Properties instead.
         */

        /**
         * Shape of an IndexHead.
         * @typedef {bep.IndexHead.$Properties} bep.IndexHead.$Shape
         */

        /**
         * Constructs a new IndexHead.
         * @memberof bep
         * @classdesc Represents an IndexHead.
         * @constructor
         * @param {bep.IndexHead.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const IndexHead = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * IndexHead folder.
         * @member {string} folder
         * @memberof bep.IndexHead
         * @instance
         */
        IndexHead.prototype.folder = "";

        /**
         * IndexHead lastSequence.
         * @member {Long} lastSequence
         * @memberof bep.IndexHead
         * @instance
         */
        IndexHead.prototype.lastSequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * IndexHead prevSequence.
         * @member {Long} prevSequence
         * @memberof bep.IndexHead
         * @instance
         */
        IndexHead.prototype.prevSequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Creates a new IndexHead instance using the specified properties.
         * @function create
         * @memberof bep.IndexHead
         * @static
         * @param {bep.IndexHead.$Properties=} [properties] Properties to set
         * @returns {bep.IndexHead} IndexHead instance
         * @type {{
         *   (properties: bep.IndexHead.$Shape): bep.IndexHead & bep.IndexHead.$Shape;
         *   (properties?: bep.IndexHead.$Properties): bep.IndexHead;
         * }}
         */
        IndexHead.create = function(properties) {
            return new IndexHead(properties);
        };

        /**
         * Encodes the specified IndexHead message. Does not implicitly {@link bep.IndexHead.verify|verify} messages.
         * @function encode
         * @memberof bep.IndexHead
         * @static
         * @param {bep.IndexHead.$Properties} message IndexHead message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        IndexHead.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.folder != null && $Object.hasOwnProperty.call(message, "folder") && message.folder !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.folder);
            if (message.lastSequence != null && $Object.hasOwnProperty.call(message, "lastSequence") && (typeof message.lastSequence === "object" ? message.lastSequence.low || message.lastSequence.high : message.lastSequence !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).int64(message.lastSequence);
            if (message.prevSequence != null && $Object.hasOwnProperty.call(message, "prevSequence") && (typeof message.prevSequence === "object" ? message.prevSequence.low || message.prevSequence.high : message.prevSequence !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).int64(message.prevSequence);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an IndexHead message from the specified reader or buffer.
         * @function decode
         * @memberof bep.IndexHead
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.IndexHead & bep.IndexHead.$Shape} IndexHead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        IndexHead.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.IndexHead();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.folder = value;
                        else
                            delete message.folder;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastSequence = value;
                        else
                            delete message.lastSequence;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.prevSequence = value;
                        else
                            delete message.prevSequence;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return IndexHead;
    })();

    bep.FileInfo = (function() {

        /**
         * Properties of a FileInfo.
         * @typedef {Object} bep.FileInfo.$Properties
         * @property {string|null} [name] FileInfo name
         * @property {number|null} [type] FileInfo type
         * @property {Long|null} [size] FileInfo size
         * @property {number|null} [permissions] FileInfo permissions
         * @property {Long|null} [modifiedS] FileInfo modifiedS
         * @property {boolean|null} [deleted] FileInfo deleted
         * @property {boolean|null} [invalid] FileInfo invalid
         * @property {boolean|null} [noPermissions] FileInfo noPermissions
         * @property {bep.Vector.$Properties|null} [version] FileInfo version
         * @property {Long|null} [sequence] FileInfo sequence
         * @property {number|null} [modifiedNs] FileInfo modifiedNs
         * @property {Long|null} [modifiedBy] FileInfo modifiedBy
         * @property {number|null} [blockSize] FileInfo blockSize
         * @property {Uint8Array|null} [platform] FileInfo platform
         * @property {Array.<bep.BlockInfo.$Properties>|null} [blocks] FileInfo blocks
         * @property {Uint8Array|null} [symlinkTarget] FileInfo symlinkTarget
         * @property {Uint8Array|null} [blocksHash] FileInfo blocksHash
         * @property {Uint8Array|null} [encrypted] FileInfo encrypted
         * @property {Uint8Array|null} [previousBlocksHash] FileInfo previousBlocksHash
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a FileInfo.
         * @memberof bep
         * @interface IFileInfo
         * @augments bep.FileInfo.$Properties
         * @deprecated Use bep.FileInfo.$Properties instead.
         */

        /**
         * Shape of a FileInfo.
         * @typedef {bep.FileInfo.$Properties} bep.FileInfo.$Shape
         */

        /**
         * Constructs a new FileInfo.
         * @memberof bep
         * @classdesc Represents a FileInfo.
         * @constructor
         * @param {bep.FileInfo.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const FileInfo = function (properties) {
            this.blocks = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * FileInfo name.
         * @member {string} name
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.name = "";

        /**
         * FileInfo type.
         * @member {number} type
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.type = 0;

        /**
         * FileInfo size.
         * @member {Long} size
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * FileInfo permissions.
         * @member {number} permissions
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.permissions = 0;

        /**
         * FileInfo modifiedS.
         * @member {Long} modifiedS
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.modifiedS = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * FileInfo deleted.
         * @member {boolean} deleted
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.deleted = false;

        /**
         * FileInfo invalid.
         * @member {boolean} invalid
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.invalid = false;

        /**
         * FileInfo noPermissions.
         * @member {boolean} noPermissions
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.noPermissions = false;

        /**
         * FileInfo version.
         * @member {bep.Vector.$Properties|null|undefined} version
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.version = null;

        /**
         * FileInfo sequence.
         * @member {Long} sequence
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * FileInfo modifiedNs.
         * @member {number} modifiedNs
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.modifiedNs = 0;

        /**
         * FileInfo modifiedBy.
         * @member {Long} modifiedBy
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.modifiedBy = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * FileInfo blockSize.
         * @member {number} blockSize
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.blockSize = 0;

        /**
         * FileInfo platform.
         * @member {Uint8Array} platform
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.platform = $util.newBuffer([]);

        /**
         * FileInfo blocks.
         * @member {Array.<bep.BlockInfo.$Properties>} blocks
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.blocks = $util.emptyArray;

        /**
         * FileInfo symlinkTarget.
         * @member {Uint8Array} symlinkTarget
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.symlinkTarget = $util.newBuffer([]);

        /**
         * FileInfo blocksHash.
         * @member {Uint8Array} blocksHash
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.blocksHash = $util.newBuffer([]);

        /**
         * FileInfo encrypted.
         * @member {Uint8Array} encrypted
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.encrypted = $util.newBuffer([]);

        /**
         * FileInfo previousBlocksHash.
         * @member {Uint8Array} previousBlocksHash
         * @memberof bep.FileInfo
         * @instance
         */
        FileInfo.prototype.previousBlocksHash = $util.newBuffer([]);

        /**
         * Creates a new FileInfo instance using the specified properties.
         * @function create
         * @memberof bep.FileInfo
         * @static
         * @param {bep.FileInfo.$Properties=} [properties] Properties to set
         * @returns {bep.FileInfo} FileInfo instance
         * @type {{
         *   (properties: bep.FileInfo.$Shape): bep.FileInfo & bep.FileInfo.$Shape;
         *   (properties?: bep.FileInfo.$Properties): bep.FileInfo;
         * }}
         */
        FileInfo.create = function(properties) {
            return new FileInfo(properties);
        };

        /**
         * Encodes the specified FileInfo message. Does not implicitly {@link bep.FileInfo.verify|verify} messages.
         * @function encode
         * @memberof bep.FileInfo
         * @static
         * @param {bep.FileInfo.$Properties} message FileInfo message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        FileInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).int32(message.type);
            if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).int64(message.size);
            if (message.permissions != null && $Object.hasOwnProperty.call(message, "permissions") && message.permissions !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.permissions);
            if (message.modifiedS != null && $Object.hasOwnProperty.call(message, "modifiedS") && (typeof message.modifiedS === "object" ? message.modifiedS.low || message.modifiedS.high : message.modifiedS !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).int64(message.modifiedS);
            if (message.deleted != null && $Object.hasOwnProperty.call(message, "deleted") && message.deleted !== false)
                writer.uint32(/* id 6, wireType 0 =*/48).bool(message.deleted);
            if (message.invalid != null && $Object.hasOwnProperty.call(message, "invalid") && message.invalid !== false)
                writer.uint32(/* id 7, wireType 0 =*/56).bool(message.invalid);
            if (message.noPermissions != null && $Object.hasOwnProperty.call(message, "noPermissions") && message.noPermissions !== false)
                writer.uint32(/* id 8, wireType 0 =*/64).bool(message.noPermissions);
            if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
                $root.bep.Vector.encode(message.version, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
            if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                writer.uint32(/* id 10, wireType 0 =*/80).int64(message.sequence);
            if (message.modifiedNs != null && $Object.hasOwnProperty.call(message, "modifiedNs") && message.modifiedNs !== 0)
                writer.uint32(/* id 11, wireType 0 =*/88).int32(message.modifiedNs);
            if (message.modifiedBy != null && $Object.hasOwnProperty.call(message, "modifiedBy") && (typeof message.modifiedBy === "object" ? message.modifiedBy.low || message.modifiedBy.high : message.modifiedBy !== 0))
                writer.uint32(/* id 12, wireType 0 =*/96).uint64(message.modifiedBy);
            if (message.blockSize != null && $Object.hasOwnProperty.call(message, "blockSize") && message.blockSize !== 0)
                writer.uint32(/* id 13, wireType 0 =*/104).int32(message.blockSize);
            if (message.platform != null && $Object.hasOwnProperty.call(message, "platform") && message.platform.length)
                writer.uint32(/* id 14, wireType 2 =*/114).bytes(message.platform);
            if (message.blocks != null && message.blocks.length)
                for (let i = 0; i < message.blocks.length; ++i)
                    $root.bep.BlockInfo.encode(message.blocks[i], writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
            if (message.symlinkTarget != null && $Object.hasOwnProperty.call(message, "symlinkTarget") && message.symlinkTarget.length)
                writer.uint32(/* id 17, wireType 2 =*/138).bytes(message.symlinkTarget);
            if (message.blocksHash != null && $Object.hasOwnProperty.call(message, "blocksHash") && message.blocksHash.length)
                writer.uint32(/* id 18, wireType 2 =*/146).bytes(message.blocksHash);
            if (message.encrypted != null && $Object.hasOwnProperty.call(message, "encrypted") && message.encrypted.length)
                writer.uint32(/* id 19, wireType 2 =*/154).bytes(message.encrypted);
            if (message.previousBlocksHash != null && $Object.hasOwnProperty.call(message, "previousBlocksHash") && message.previousBlocksHash.length)
                writer.uint32(/* id 20, wireType 2 =*/162).bytes(message.previousBlocksHash);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a FileInfo message from the specified reader or buffer.
         * @function decode
         * @memberof bep.FileInfo
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.FileInfo & bep.FileInfo.$Shape} FileInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        FileInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.FileInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.size = value;
                        else
                            delete message.size;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.permissions = value;
                        else
                            delete message.permissions;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.modifiedS = value;
                        else
                            delete message.modifiedS;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.deleted = value;
                        else
                            delete message.deleted;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.invalid = value;
                        else
                            delete message.invalid;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.noPermissions = value;
                        else
                            delete message.noPermissions;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.version = $root.bep.Vector.decode(reader, reader.size(), $undefined, _depth + 1, message.version);
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.sequence = value;
                        else
                            delete message.sequence;
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.modifiedNs = value;
                        else
                            delete message.modifiedNs;
                        continue;
                    }
                case 12: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.modifiedBy = value;
                        else
                            delete message.modifiedBy;
                        continue;
                    }
                case 13: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.blockSize = value;
                        else
                            delete message.blockSize;
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.platform = value;
                        else
                            delete message.platform;
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if (!(message.blocks && message.blocks.length))
                            message.blocks = [];
                        message.blocks.push($root.bep.BlockInfo.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.symlinkTarget = value;
                        else
                            delete message.symlinkTarget;
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.blocksHash = value;
                        else
                            delete message.blocksHash;
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encrypted = value;
                        else
                            delete message.encrypted;
                        continue;
                    }
                case 20: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.previousBlocksHash = value;
                        else
                            delete message.previousBlocksHash;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return FileInfo;
    })();

    bep.FileHead = (function() {

        /**
         * Properties of a FileHead.
         * @typedef {Object} bep.FileHead.$Properties
         * @property {string|null} [name] FileHead name
         * @property {number|null} [type] FileHead type
         * @property {Long|null} [size] FileHead size
         * @property {number|null} [permissions] FileHead permissions
         * @property {Long|null} [modifiedS] FileHead modifiedS
         * @property {boolean|null} [deleted] FileHead deleted
         * @property {boolean|null} [invalid] FileHead invalid
         * @property {boolean|null} [noPermissions] FileHead noPermissions
         * @property {bep.Vector.$Properties|null} [version] FileHead version
         * @property {Long|null} [sequence] FileHead sequence
         * @property {number|null} [modifiedNs] FileHead modifiedNs
         * @property {Long|null} [modifiedBy] FileHead modifiedBy
         * @property {number|null} [blockSize] FileHead blockSize
         * @property {Uint8Array|null} [platform] FileHead platform
         * @property {Uint8Array|null} [symlinkTarget] FileHead symlinkTarget
         * @property {Uint8Array|null} [blocksHash] FileHead blocksHash
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a FileHead.
         * @memberof bep
         * @interface IFileHead
         * @augments bep.FileHead.$Properties
         * @deprecated Use bep.FileHead.$Properties instead.
         */

        /**
         * Shape of a FileHead.
         * @typedef {bep.FileHead.$Properties} bep.FileHead.$Shape
         */

        /**
         * Constructs a new FileHead.
         * @memberof bep
         * @classdesc Represents a FileHead.
         * @constructor
         * @param {bep.FileHead.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const FileHead = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * FileHead name.
         * @member {string} name
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.name = "";

        /**
         * FileHead type.
         * @member {number} type
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.type = 0;

        /**
         * FileHead size.
         * @member {Long} size
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.size = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * FileHead permissions.
         * @member {number} permissions
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.permissions = 0;

        /**
         * FileHead modifiedS.
         * @member {Long} modifiedS
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.modifiedS = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * FileHead deleted.
         * @member {boolean} deleted
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.deleted = false;

        /**
         * FileHead invalid.
         * @member {boolean} invalid
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.invalid = false;

        /**
         * FileHead noPermissions.
         * @member {boolean} noPermissions
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.noPermissions = false;

        /**
         * FileHead version.
         * @member {bep.Vector.$Properties|null|undefined} version
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.version = null;

        /**
         * FileHead sequence.
         * @member {Long} sequence
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * FileHead modifiedNs.
         * @member {number} modifiedNs
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.modifiedNs = 0;

        /**
         * FileHead modifiedBy.
         * @member {Long} modifiedBy
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.modifiedBy = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * FileHead blockSize.
         * @member {number} blockSize
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.blockSize = 0;

        /**
         * FileHead platform.
         * @member {Uint8Array} platform
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.platform = $util.newBuffer([]);

        /**
         * FileHead symlinkTarget.
         * @member {Uint8Array} symlinkTarget
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.symlinkTarget = $util.newBuffer([]);

        /**
         * FileHead blocksHash.
         * @member {Uint8Array} blocksHash
         * @memberof bep.FileHead
         * @instance
         */
        FileHead.prototype.blocksHash = $util.newBuffer([]);

        /**
         * Creates a new FileHead instance using the specified properties.
         * @function create
         * @memberof bep.FileHead
         * @static
         * @param {bep.FileHead.$Properties=} [properties] Properties to set
         * @returns {bep.FileHead} FileHead instance
         * @type {{
         *   (properties: bep.FileHead.$Shape): bep.FileHead & bep.FileHead.$Shape;
         *   (properties?: bep.FileHead.$Properties): bep.FileHead;
         * }}
         */
        FileHead.create = function(properties) {
            return new FileHead(properties);
        };

        /**
         * Encodes the specified FileHead message. Does not implicitly {@link bep.FileHead.verify|verify} messages.
         * @function encode
         * @memberof bep.FileHead
         * @static
         * @param {bep.FileHead.$Properties} message FileHead message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        FileHead.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).int32(message.type);
            if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).int64(message.size);
            if (message.permissions != null && $Object.hasOwnProperty.call(message, "permissions") && message.permissions !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.permissions);
            if (message.modifiedS != null && $Object.hasOwnProperty.call(message, "modifiedS") && (typeof message.modifiedS === "object" ? message.modifiedS.low || message.modifiedS.high : message.modifiedS !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).int64(message.modifiedS);
            if (message.deleted != null && $Object.hasOwnProperty.call(message, "deleted") && message.deleted !== false)
                writer.uint32(/* id 6, wireType 0 =*/48).bool(message.deleted);
            if (message.invalid != null && $Object.hasOwnProperty.call(message, "invalid") && message.invalid !== false)
                writer.uint32(/* id 7, wireType 0 =*/56).bool(message.invalid);
            if (message.noPermissions != null && $Object.hasOwnProperty.call(message, "noPermissions") && message.noPermissions !== false)
                writer.uint32(/* id 8, wireType 0 =*/64).bool(message.noPermissions);
            if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
                $root.bep.Vector.encode(message.version, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
            if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                writer.uint32(/* id 10, wireType 0 =*/80).int64(message.sequence);
            if (message.modifiedNs != null && $Object.hasOwnProperty.call(message, "modifiedNs") && message.modifiedNs !== 0)
                writer.uint32(/* id 11, wireType 0 =*/88).int32(message.modifiedNs);
            if (message.modifiedBy != null && $Object.hasOwnProperty.call(message, "modifiedBy") && (typeof message.modifiedBy === "object" ? message.modifiedBy.low || message.modifiedBy.high : message.modifiedBy !== 0))
                writer.uint32(/* id 12, wireType 0 =*/96).uint64(message.modifiedBy);
            if (message.blockSize != null && $Object.hasOwnProperty.call(message, "blockSize") && message.blockSize !== 0)
                writer.uint32(/* id 13, wireType 0 =*/104).int32(message.blockSize);
            if (message.platform != null && $Object.hasOwnProperty.call(message, "platform") && message.platform.length)
                writer.uint32(/* id 14, wireType 2 =*/114).bytes(message.platform);
            if (message.symlinkTarget != null && $Object.hasOwnProperty.call(message, "symlinkTarget") && message.symlinkTarget.length)
                writer.uint32(/* id 17, wireType 2 =*/138).bytes(message.symlinkTarget);
            if (message.blocksHash != null && $Object.hasOwnProperty.call(message, "blocksHash") && message.blocksHash.length)
                writer.uint32(/* id 18, wireType 2 =*/146).bytes(message.blocksHash);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a FileHead message from the specified reader or buffer.
         * @function decode
         * @memberof bep.FileHead
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.FileHead & bep.FileHead.$Shape} FileHead
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        FileHead.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.FileHead();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.size = value;
                        else
                            delete message.size;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.permissions = value;
                        else
                            delete message.permissions;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.modifiedS = value;
                        else
                            delete message.modifiedS;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.deleted = value;
                        else
                            delete message.deleted;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.invalid = value;
                        else
                            delete message.invalid;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.noPermissions = value;
                        else
                            delete message.noPermissions;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.version = $root.bep.Vector.decode(reader, reader.size(), $undefined, _depth + 1, message.version);
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.sequence = value;
                        else
                            delete message.sequence;
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.modifiedNs = value;
                        else
                            delete message.modifiedNs;
                        continue;
                    }
                case 12: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.modifiedBy = value;
                        else
                            delete message.modifiedBy;
                        continue;
                    }
                case 13: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.blockSize = value;
                        else
                            delete message.blockSize;
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.platform = value;
                        else
                            delete message.platform;
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.symlinkTarget = value;
                        else
                            delete message.symlinkTarget;
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.blocksHash = value;
                        else
                            delete message.blocksHash;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return FileHead;
    })();

    bep.BlockInfo = (function() {

        /**
         * Properties of a BlockInfo.
         * @typedef {Object} bep.BlockInfo.$Properties
         * @property {Long|null} [offset] BlockInfo offset
         * @property {number|null} [size] BlockInfo size
         * @property {Uint8Array|null} [hash] BlockInfo hash
         * @property {number|null} [weakHash] BlockInfo weakHash
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a BlockInfo.
         * @memberof bep
         * @interface IBlockInfo
         * @augments bep.BlockInfo.$Properties
         * @deprecated Use bep.BlockInfo.$Properties instead.
         */

        /**
         * Shape of a BlockInfo.
         * @typedef {bep.BlockInfo.$Properties} bep.BlockInfo.$Shape
         */

        /**
         * Constructs a new BlockInfo.
         * @memberof bep
         * @classdesc Represents a BlockInfo.
         * @constructor
         * @param {bep.BlockInfo.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const BlockInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * BlockInfo offset.
         * @member {Long} offset
         * @memberof bep.BlockInfo
         * @instance
         */
        BlockInfo.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * BlockInfo size.
         * @member {number} size
         * @memberof bep.BlockInfo
         * @instance
         */
        BlockInfo.prototype.size = 0;

        /**
         * BlockInfo hash.
         * @member {Uint8Array} hash
         * @memberof bep.BlockInfo
         * @instance
         */
        BlockInfo.prototype.hash = $util.newBuffer([]);

        /**
         * BlockInfo weakHash.
         * @member {number} weakHash
         * @memberof bep.BlockInfo
         * @instance
         */
        BlockInfo.prototype.weakHash = 0;

        /**
         * Creates a new BlockInfo instance using the specified properties.
         * @function create
         * @memberof bep.BlockInfo
         * @static
         * @param {bep.BlockInfo.$Properties=} [properties] Properties to set
         * @returns {bep.BlockInfo} BlockInfo instance
         * @type {{
         *   (properties: bep.BlockInfo.$Shape): bep.BlockInfo & bep.BlockInfo.$Shape;
         *   (properties?: bep.BlockInfo.$Properties): bep.BlockInfo;
         * }}
         */
        BlockInfo.create = function(properties) {
            return new BlockInfo(properties);
        };

        /**
         * Encodes the specified BlockInfo message. Does not implicitly {@link bep.BlockInfo.verify|verify} messages.
         * @function encode
         * @memberof bep.BlockInfo
         * @static
         * @param {bep.BlockInfo.$Properties} message BlockInfo message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        BlockInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).int64(message.offset);
            if (message.size != null && $Object.hasOwnProperty.call(message, "size") && message.size !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).int32(message.size);
            if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.hash);
            if (message.weakHash != null && $Object.hasOwnProperty.call(message, "weakHash") && message.weakHash !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.weakHash);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a BlockInfo message from the specified reader or buffer.
         * @function decode
         * @memberof bep.BlockInfo
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.BlockInfo & bep.BlockInfo.$Shape} BlockInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        BlockInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.BlockInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.offset = value;
                        else
                            delete message.offset;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.size = value;
                        else
                            delete message.size;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.hash = value;
                        else
                            delete message.hash;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.weakHash = value;
                        else
                            delete message.weakHash;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return BlockInfo;
    })();

    bep.Vector = (function() {

        /**
         * Properties of a Vector.
         * @typedef {Object} bep.Vector.$Properties
         * @property {Array.<bep.Counter.$Properties>|null} [counters] Vector counters
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Vector.
         * @memberof bep
         * @interface IVector
         * @augments bep.Vector.$Properties
         * @deprecated Use bep.Vector.$Properties instead.
         */

        /**
         * Shape of a Vector.
         * @typedef {bep.Vector.$Properties} bep.Vector.$Shape
         */

        /**
         * Constructs a new Vector.
         * @memberof bep
         * @classdesc Represents a Vector.
         * @constructor
         * @param {bep.Vector.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Vector = function (properties) {
            this.counters = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Vector counters.
         * @member {Array.<bep.Counter.$Properties>} counters
         * @memberof bep.Vector
         * @instance
         */
        Vector.prototype.counters = $util.emptyArray;

        /**
         * Creates a new Vector instance using the specified properties.
         * @function create
         * @memberof bep.Vector
         * @static
         * @param {bep.Vector.$Properties=} [properties] Properties to set
         * @returns {bep.Vector} Vector instance
         * @type {{
         *   (properties: bep.Vector.$Shape): bep.Vector & bep.Vector.$Shape;
         *   (properties?: bep.Vector.$Properties): bep.Vector;
         * }}
         */
        Vector.create = function(properties) {
            return new Vector(properties);
        };

        /**
         * Encodes the specified Vector message. Does not implicitly {@link bep.Vector.verify|verify} messages.
         * @function encode
         * @memberof bep.Vector
         * @static
         * @param {bep.Vector.$Properties} message Vector message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Vector.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.counters != null && message.counters.length)
                for (let i = 0; i < message.counters.length; ++i)
                    $root.bep.Counter.encode(message.counters[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Vector message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Vector
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Vector & bep.Vector.$Shape} Vector
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Vector.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Vector();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.counters && message.counters.length))
                            message.counters = [];
                        message.counters.push($root.bep.Counter.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Vector;
    })();

    bep.Counter = (function() {

        /**
         * Properties of a Counter.
         * @typedef {Object} bep.Counter.$Properties
         * @property {Long|null} [id] Counter id
         * @property {Long|null} [value] Counter value
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Counter.
         * @memberof bep
         * @interface ICounter
         * @augments bep.Counter.$Properties
         * @deprecated Use bep.Counter.$Properties instead.
         */

        /**
         * Shape of a Counter.
         * @typedef {bep.Counter.$Properties} bep.Counter.$Shape
         */

        /**
         * Constructs a new Counter.
         * @memberof bep
         * @classdesc Represents a Counter.
         * @constructor
         * @param {bep.Counter.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Counter = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Counter id.
         * @member {Long} id
         * @memberof bep.Counter
         * @instance
         */
        Counter.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Counter value.
         * @member {Long} value
         * @memberof bep.Counter
         * @instance
         */
        Counter.prototype.value = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Creates a new Counter instance using the specified properties.
         * @function create
         * @memberof bep.Counter
         * @static
         * @param {bep.Counter.$Properties=} [properties] Properties to set
         * @returns {bep.Counter} Counter instance
         * @type {{
         *   (properties: bep.Counter.$Shape): bep.Counter & bep.Counter.$Shape;
         *   (properties?: bep.Counter.$Properties): bep.Counter;
         * }}
         */
        Counter.create = function(properties) {
            return new Counter(properties);
        };

        /**
         * Encodes the specified Counter message. Does not implicitly {@link bep.Counter.verify|verify} messages.
         * @function encode
         * @memberof bep.Counter
         * @static
         * @param {bep.Counter.$Properties} message Counter message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Counter.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
            if (message.value != null && $Object.hasOwnProperty.call(message, "value") && (typeof message.value === "object" ? message.value.low || message.value.high : message.value !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.value);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Counter message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Counter
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Counter & bep.Counter.$Shape} Counter
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Counter.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Counter();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.value = value;
                        else
                            delete message.value;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Counter;
    })();

    bep.Request = (function() {

        /**
         * Properties of a Request.
         * @typedef {Object} bep.Request.$Properties
         * @property {number|null} [id] Request id
         * @property {string|null} [folder] Request folder
         * @property {string|null} [name] Request name
         * @property {Long|null} [offset] Request offset
         * @property {number|null} [size] Request size
         * @property {Uint8Array|null} [hash] Request hash
         * @property {boolean|null} [fromTemporary] Request fromTemporary
         * @property {number|null} [weakHash] Request weakHash
         * @property {number|null} [blockNo] Request blockNo
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Request.
         * @memberof bep
         * @interface IRequest
         * @augments bep.Request.$Properties
         * @deprecated Use bep.Request.$Properties instead.
         */

        /**
         * Shape of a Request.
         * @typedef {bep.Request.$Properties} bep.Request.$Shape
         */

        /**
         * Constructs a new Request.
         * @memberof bep
         * @classdesc Represents a Request.
         * @constructor
         * @param {bep.Request.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Request = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Request id.
         * @member {number} id
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.id = 0;

        /**
         * Request folder.
         * @member {string} folder
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.folder = "";

        /**
         * Request name.
         * @member {string} name
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.name = "";

        /**
         * Request offset.
         * @member {Long} offset
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

        /**
         * Request size.
         * @member {number} size
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.size = 0;

        /**
         * Request hash.
         * @member {Uint8Array} hash
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.hash = $util.newBuffer([]);

        /**
         * Request fromTemporary.
         * @member {boolean} fromTemporary
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.fromTemporary = false;

        /**
         * Request weakHash.
         * @member {number} weakHash
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.weakHash = 0;

        /**
         * Request blockNo.
         * @member {number} blockNo
         * @memberof bep.Request
         * @instance
         */
        Request.prototype.blockNo = 0;

        /**
         * Creates a new Request instance using the specified properties.
         * @function create
         * @memberof bep.Request
         * @static
         * @param {bep.Request.$Properties=} [properties] Properties to set
         * @returns {bep.Request} Request instance
         * @type {{
         *   (properties: bep.Request.$Shape): bep.Request & bep.Request.$Shape;
         *   (properties?: bep.Request.$Properties): bep.Request;
         * }}
         */
        Request.create = function(properties) {
            return new Request(properties);
        };

        /**
         * Encodes the specified Request message. Does not implicitly {@link bep.Request.verify|verify} messages.
         * @function encode
         * @memberof bep.Request
         * @static
         * @param {bep.Request.$Properties} message Request message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Request.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.id);
            if (message.folder != null && $Object.hasOwnProperty.call(message, "folder") && message.folder !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.folder);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 3, wireType 2 =*/26).string(message.name);
            if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                writer.uint32(/* id 4, wireType 0 =*/32).int64(message.offset);
            if (message.size != null && $Object.hasOwnProperty.call(message, "size") && message.size !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).int32(message.size);
            if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.hash);
            if (message.fromTemporary != null && $Object.hasOwnProperty.call(message, "fromTemporary") && message.fromTemporary !== false)
                writer.uint32(/* id 7, wireType 0 =*/56).bool(message.fromTemporary);
            if (message.weakHash != null && $Object.hasOwnProperty.call(message, "weakHash") && message.weakHash !== 0)
                writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.weakHash);
            if (message.blockNo != null && $Object.hasOwnProperty.call(message, "blockNo") && message.blockNo !== 0)
                writer.uint32(/* id 9, wireType 0 =*/72).int32(message.blockNo);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Request message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Request
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Request & bep.Request.$Shape} Request
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Request.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Request();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.folder = value;
                        else
                            delete message.folder;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.offset = value;
                        else
                            delete message.offset;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.size = value;
                        else
                            delete message.size;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.hash = value;
                        else
                            delete message.hash;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.fromTemporary = value;
                        else
                            delete message.fromTemporary;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.weakHash = value;
                        else
                            delete message.weakHash;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.blockNo = value;
                        else
                            delete message.blockNo;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Request;
    })();

    bep.Response = (function() {

        /**
         * Properties of a Response.
         * @typedef {Object} bep.Response.$Properties
         * @property {number|null} [id] Response id
         * @property {Uint8Array|null} [data] Response data
         * @property {number|null} [code] Response code
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Response.
         * @memberof bep
         * @interface IResponse
         * @augments bep.Response.$Properties
         * @deprecated Use bep.Response.$Properties instead.
         */

        /**
         * Shape of a Response.
         * @typedef {bep.Response.$Properties} bep.Response.$Shape
         */

        /**
         * Constructs a new Response.
         * @memberof bep
         * @classdesc Represents a Response.
         * @constructor
         * @param {bep.Response.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Response = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Response id.
         * @member {number} id
         * @memberof bep.Response
         * @instance
         */
        Response.prototype.id = 0;

        /**
         * Response data.
         * @member {Uint8Array} data
         * @memberof bep.Response
         * @instance
         */
        Response.prototype.data = $util.newBuffer([]);

        /**
         * Response code.
         * @member {number} code
         * @memberof bep.Response
         * @instance
         */
        Response.prototype.code = 0;

        /**
         * Creates a new Response instance using the specified properties.
         * @function create
         * @memberof bep.Response
         * @static
         * @param {bep.Response.$Properties=} [properties] Properties to set
         * @returns {bep.Response} Response instance
         * @type {{
         *   (properties: bep.Response.$Shape): bep.Response & bep.Response.$Shape;
         *   (properties?: bep.Response.$Properties): bep.Response;
         * }}
         */
        Response.create = function(properties) {
            return new Response(properties);
        };

        /**
         * Encodes the specified Response message. Does not implicitly {@link bep.Response.verify|verify} messages.
         * @function encode
         * @memberof bep.Response
         * @static
         * @param {bep.Response.$Properties} message Response message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Response.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.id);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
            if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).int32(message.code);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Response message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Response
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Response & bep.Response.$Shape} Response
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Response.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Response();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.code = value;
                        else
                            delete message.code;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Response;
    })();

    bep.DownloadProgress = (function() {

        /**
         * Properties of a DownloadProgress.
         * @typedef {Object} bep.DownloadProgress.$Properties
         * @property {string|null} [folder] DownloadProgress folder
         * @property {Array.<bep.FileDownloadProgressUpdate.$Properties>|null} [updates] DownloadProgress updates
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a DownloadProgress.
         * @memberof bep
         * @interface IDownloadProgress
         * @augments bep.DownloadProgress.$Properties
         * @deprecated Use bep.DownloadProgress.$Properties instead.
         */

        /**
         * Shape of a DownloadProgress.
         * @typedef {bep.DownloadProgress.$Properties} bep.DownloadProgress.$Shape
         */

        /**
         * Constructs a new DownloadProgress.
         * @memberof bep
         * @classdesc Represents a DownloadProgress.
         * @constructor
         * @param {bep.DownloadProgress.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const DownloadProgress = function (properties) {
            this.updates = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * DownloadProgress folder.
         * @member {string} folder
         * @memberof bep.DownloadProgress
         * @instance
         */
        DownloadProgress.prototype.folder = "";

        /**
         * DownloadProgress updates.
         * @member {Array.<bep.FileDownloadProgressUpdate.$Properties>} updates
         * @memberof bep.DownloadProgress
         * @instance
         */
        DownloadProgress.prototype.updates = $util.emptyArray;

        /**
         * Creates a new DownloadProgress instance using the specified properties.
         * @function create
         * @memberof bep.DownloadProgress
         * @static
         * @param {bep.DownloadProgress.$Properties=} [properties] Properties to set
         * @returns {bep.DownloadProgress} DownloadProgress instance
         * @type {{
         *   (properties: bep.DownloadProgress.$Shape): bep.DownloadProgress & bep.DownloadProgress.$Shape;
         *   (properties?: bep.DownloadProgress.$Properties): bep.DownloadProgress;
         * }}
         */
        DownloadProgress.create = function(properties) {
            return new DownloadProgress(properties);
        };

        /**
         * Encodes the specified DownloadProgress message. Does not implicitly {@link bep.DownloadProgress.verify|verify} messages.
         * @function encode
         * @memberof bep.DownloadProgress
         * @static
         * @param {bep.DownloadProgress.$Properties} message DownloadProgress message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        DownloadProgress.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.folder != null && $Object.hasOwnProperty.call(message, "folder") && message.folder !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.folder);
            if (message.updates != null && message.updates.length)
                for (let i = 0; i < message.updates.length; ++i)
                    $root.bep.FileDownloadProgressUpdate.encode(message.updates[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a DownloadProgress message from the specified reader or buffer.
         * @function decode
         * @memberof bep.DownloadProgress
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.DownloadProgress & bep.DownloadProgress.$Shape} DownloadProgress
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        DownloadProgress.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.DownloadProgress();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.folder = value;
                        else
                            delete message.folder;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.updates && message.updates.length))
                            message.updates = [];
                        message.updates.push($root.bep.FileDownloadProgressUpdate.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return DownloadProgress;
    })();

    bep.FileDownloadProgressUpdate = (function() {

        /**
         * Properties of a FileDownloadProgressUpdate.
         * @typedef {Object} bep.FileDownloadProgressUpdate.$Properties
         * @property {number|null} [updateType] FileDownloadProgressUpdate updateType
         * @property {string|null} [name] FileDownloadProgressUpdate name
         * @property {bep.Vector.$Properties|null} [version] FileDownloadProgressUpdate version
         * @property {Array.<number>|null} [blockIndexes] FileDownloadProgressUpdate blockIndexes
         * @property {number|null} [blockSize] FileDownloadProgressUpdate blockSize
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a FileDownloadProgressUpdate.
         * @memberof bep
         * @interface IFileDownloadProgressUpdate
         * @augments bep.FileDownloadProgressUpdate.$Properties
         * @deprecated Use bep.FileDownloadProgressUpdate.$Properties instead.
         */

        /**
         * Shape of a FileDownloadProgressUpdate.
         * @typedef {bep.FileDownloadProgressUpdate.$Properties} bep.FileDownloadProgressUpdate.$Shape
         */

        /**
         * Constructs a new FileDownloadProgressUpdate.
         * @memberof bep
         * @classdesc Represents a FileDownloadProgressUpdate.
         * @constructor
         * @param {bep.FileDownloadProgressUpdate.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const FileDownloadProgressUpdate = function (properties) {
            this.blockIndexes = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * FileDownloadProgressUpdate updateType.
         * @member {number} updateType
         * @memberof bep.FileDownloadProgressUpdate
         * @instance
         */
        FileDownloadProgressUpdate.prototype.updateType = 0;

        /**
         * FileDownloadProgressUpdate name.
         * @member {string} name
         * @memberof bep.FileDownloadProgressUpdate
         * @instance
         */
        FileDownloadProgressUpdate.prototype.name = "";

        /**
         * FileDownloadProgressUpdate version.
         * @member {bep.Vector.$Properties|null|undefined} version
         * @memberof bep.FileDownloadProgressUpdate
         * @instance
         */
        FileDownloadProgressUpdate.prototype.version = null;

        /**
         * FileDownloadProgressUpdate blockIndexes.
         * @member {Array.<number>} blockIndexes
         * @memberof bep.FileDownloadProgressUpdate
         * @instance
         */
        FileDownloadProgressUpdate.prototype.blockIndexes = $util.emptyArray;

        /**
         * FileDownloadProgressUpdate blockSize.
         * @member {number} blockSize
         * @memberof bep.FileDownloadProgressUpdate
         * @instance
         */
        FileDownloadProgressUpdate.prototype.blockSize = 0;

        /**
         * Creates a new FileDownloadProgressUpdate instance using the specified properties.
         * @function create
         * @memberof bep.FileDownloadProgressUpdate
         * @static
         * @param {bep.FileDownloadProgressUpdate.$Properties=} [properties] Properties to set
         * @returns {bep.FileDownloadProgressUpdate} FileDownloadProgressUpdate instance
         * @type {{
         *   (properties: bep.FileDownloadProgressUpdate.$Shape): bep.FileDownloadProgressUpdate & bep.FileDownloadProgressUpdate.$Shape;
         *   (properties?: bep.FileDownloadProgressUpdate.$Properties): bep.FileDownloadProgressUpdate;
         * }}
         */
        FileDownloadProgressUpdate.create = function(properties) {
            return new FileDownloadProgressUpdate(properties);
        };

        /**
         * Encodes the specified FileDownloadProgressUpdate message. Does not implicitly {@link bep.FileDownloadProgressUpdate.verify|verify} messages.
         * @function encode
         * @memberof bep.FileDownloadProgressUpdate
         * @static
         * @param {bep.FileDownloadProgressUpdate.$Properties} message FileDownloadProgressUpdate message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        FileDownloadProgressUpdate.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.updateType != null && $Object.hasOwnProperty.call(message, "updateType") && message.updateType !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.updateType);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.name);
            if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
                $root.bep.Vector.encode(message.version, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.blockIndexes != null && message.blockIndexes.length)
                for (let i = 0; i < message.blockIndexes.length; ++i)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.blockIndexes[i]);
            if (message.blockSize != null && $Object.hasOwnProperty.call(message, "blockSize") && message.blockSize !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).int32(message.blockSize);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a FileDownloadProgressUpdate message from the specified reader or buffer.
         * @function decode
         * @memberof bep.FileDownloadProgressUpdate
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.FileDownloadProgressUpdate & bep.FileDownloadProgressUpdate.$Shape} FileDownloadProgressUpdate
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        FileDownloadProgressUpdate.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.FileDownloadProgressUpdate();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.updateType = value;
                        else
                            delete message.updateType;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.version = $root.bep.Vector.decode(reader, reader.size(), $undefined, _depth + 1, message.version);
                        continue;
                    }
                case 4: {
                        if (wireType === 2) {
                            if (!(message.blockIndexes && message.blockIndexes.length))
                                message.blockIndexes = [];
                            reader.int32s(message.blockIndexes);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.blockIndexes && message.blockIndexes.length))
                            message.blockIndexes = [];
                        message.blockIndexes.push(reader.int32());
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.blockSize = value;
                        else
                            delete message.blockSize;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return FileDownloadProgressUpdate;
    })();

    bep.Ping = (function() {

        /**
         * Properties of a Ping.
         * @typedef {Object} bep.Ping.$Properties
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Ping.
         * @memberof bep
         * @interface IPing
         * @augments bep.Ping.$Properties
         * @deprecated Use bep.Ping.$Properties instead.
         */

        /**
         * Shape of a Ping.
         * @typedef {bep.Ping.$Properties} bep.Ping.$Shape
         */

        /**
         * Constructs a new Ping.
         * @memberof bep
         * @classdesc Represents a Ping.
         * @constructor
         * @param {bep.Ping.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Ping = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Creates a new Ping instance using the specified properties.
         * @function create
         * @memberof bep.Ping
         * @static
         * @param {bep.Ping.$Properties=} [properties] Properties to set
         * @returns {bep.Ping} Ping instance
         * @type {{
         *   (properties: bep.Ping.$Shape): bep.Ping & bep.Ping.$Shape;
         *   (properties?: bep.Ping.$Properties): bep.Ping;
         * }}
         */
        Ping.create = function(properties) {
            return new Ping(properties);
        };

        /**
         * Encodes the specified Ping message. Does not implicitly {@link bep.Ping.verify|verify} messages.
         * @function encode
         * @memberof bep.Ping
         * @static
         * @param {bep.Ping.$Properties} message Ping message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Ping.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Ping message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Ping
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Ping & bep.Ping.$Shape} Ping
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Ping.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Ping();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                reader.skipType(tag & 7, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Ping;
    })();

    bep.Close = (function() {

        /**
         * Properties of a Close.
         * @typedef {Object} bep.Close.$Properties
         * @property {string|null} [reason] Close reason
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Close.
         * @memberof bep
         * @interface IClose
         * @augments bep.Close.$Properties
         * @deprecated Use bep.Close.$Properties instead.
         */

        /**
         * Shape of a Close.
         * @typedef {bep.Close.$Properties} bep.Close.$Shape
         */

        /**
         * Constructs a new Close.
         * @memberof bep
         * @classdesc Represents a Close.
         * @constructor
         * @param {bep.Close.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Close = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Close reason.
         * @member {string} reason
         * @memberof bep.Close
         * @instance
         */
        Close.prototype.reason = "";

        /**
         * Creates a new Close instance using the specified properties.
         * @function create
         * @memberof bep.Close
         * @static
         * @param {bep.Close.$Properties=} [properties] Properties to set
         * @returns {bep.Close} Close instance
         * @type {{
         *   (properties: bep.Close.$Shape): bep.Close & bep.Close.$Shape;
         *   (properties?: bep.Close.$Properties): bep.Close;
         * }}
         */
        Close.create = function(properties) {
            return new Close(properties);
        };

        /**
         * Encodes the specified Close message. Does not implicitly {@link bep.Close.verify|verify} messages.
         * @function encode
         * @memberof bep.Close
         * @static
         * @param {bep.Close.$Properties} message Close message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Close.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.reason);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Close message from the specified reader or buffer.
         * @function decode
         * @memberof bep.Close
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {bep.Close & bep.Close.$Shape} Close
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Close.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.bep.Close();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.reason = value;
                        else
                            delete message.reason;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Close;
    })();

    return bep;
})();

export {
  $root as default
};
